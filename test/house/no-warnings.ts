/**
 * Loaded before every test file: a warning of the process (a leaked listener, a deprecated call) is an error.
 * Thrown out of the listener it becomes an unhandled error, which fails the run.
 */
process.on('warning', (warning) => {
  throw new Error(`The process warned: ${warning.message}`, { cause: warning });
});
