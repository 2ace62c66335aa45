/** `completion`: the script that makes a shell complete the commands. It asks the program itself what may come next. */
import { defineCommand, type RunnableCommand } from '../command.ts';
import { option, required } from '../parse/option.ts';
import { quote } from '../parse/values.ts';
import { usageError } from '../parse/usage.ts';
import { COMPLETION_SCRIPTS } from './scripts.ts';

const SHELLS = Object.keys(COMPLETION_SCRIPTS);

export const command: RunnableCommand = defineCommand({
  options: {
    shell: required(
      option({ flags: null, argument: 'shell', description: SHELLS.join(', '), completion: SHELLS }, (value) => {
        const script = COMPLETION_SCRIPTS[value];
        if (script !== undefined) return { name: value, script };
        throw usageError(
          `There is no completion for the shell ${quote(value)}.`,
          `There is one for ${SHELLS.join(', ')}.`,
        );
      }),
    ),
  },
  details: 'Load it where your shell starts: commands, options and the ids of cards are then completed.',
  examples: [
    'completion bash > ~/.local/share/bash-completion/completions/mosaic',
    'completion zsh > ~/.zfunc/_mosaic',
    'completion fish > ~/.config/fish/completions/mosaic.fish',
  ],
  async run({ output }, { shell }) {
    await output.answer({ shell: shell.name, script: shell.script }, () => shell.script);
  },
});
