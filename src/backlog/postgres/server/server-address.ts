/** Where a server is, as whom to ask there, and how the way to it is protected; a password is never seen in it. */
import { passwordFromFile } from './password-file.ts';

export type SslMode = 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

/** One try at a connection: in the clear, or with TLS. */
export type Way = 'plain' | 'tls';

export interface Encryption {
  /** In the order in which they are tried; the next one only where the server asks for it. */
  readonly ways: readonly Way[];
  /** What is checked of the server's certificate: nothing, who signed it, or also the name of the host. */
  readonly check: 'nothing' | 'authority' | 'host';
  /** A file, or the authorities that the system trusts. */
  readonly authorities: { readonly file: string } | 'system';
  readonly certificateFile: string | null;
  readonly keyFile: string | null;
  readonly negotiation: 'postgres' | 'direct';
  readonly channelBinding: 'disable' | 'prefer' | 'require';
}

export interface AddressParts {
  /** A name, an address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password: string | null;
  /** Of the key file. */
  readonly keyPassword: string | null;
  /** Read where the server wants a password and none was given. */
  readonly passwordFile: string;
  readonly encryption: Encryption;
  readonly applicationName: string;
  /** Settings of the session, as the server's command line has them: `-c search_path=x`. */
  readonly sessionOptions: string;
  /** 0 waits for ever. */
  readonly connectTimeoutSeconds: number;
  readonly keepAlive: boolean;
  readonly keepAliveIdleSeconds: number;
}

export class ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly encryption: Encryption;
  readonly applicationName: string;
  readonly sessionOptions: string;
  readonly connectTimeoutSeconds: number;
  readonly keepAlive: boolean;
  readonly keepAliveIdleSeconds: number;
  readonly passwordFile: string;
  /** For people: neither password nor parameters. */
  readonly shown: string;
  /** Private, so that neither JSON nor an inspection shows them. */
  #password: string | null;
  readonly #keyPassword: string | null;

  constructor(parts: AddressParts) {
    this.host = parts.host;
    this.port = parts.port;
    this.user = parts.user;
    this.database = parts.database;
    this.encryption = parts.encryption;
    this.applicationName = parts.applicationName;
    this.sessionOptions = parts.sessionOptions;
    this.connectTimeoutSeconds = parts.connectTimeoutSeconds;
    this.keepAlive = parts.keepAlive;
    this.keepAliveIdleSeconds = parts.keepAliveIdleSeconds;
    this.passwordFile = parts.passwordFile;
    this.shown = shownAs(parts);
    this.#password = parts.password;
    this.#keyPassword = parts.keyPassword;
  }

  /** As far as it is known: one in the password file is, once a server has asked for it. */
  get password(): string | undefined {
    return this.#password ?? undefined;
  }

  get keyPassword(): string | undefined {
    return this.#keyPassword ?? undefined;
  }

  /** @returns null where none is known */
  async findPassword(): Promise<string | null> {
    this.#password ??= await passwordFromFile(this.passwordFile, this);
    return this.#password;
  }
}

export function isSocketFolder(host: string): boolean {
  return host.startsWith('/');
}

function shownAs({ user, host, port, database }: AddressParts): string {
  const place = host.includes(':') ? `[${host}]` : host;
  return `postgres://${encodeURIComponent(user)}@${place}:${port}/${encodeURIComponent(database)}`;
}
