/** What is set in `settings.json` of the data folder, where each value comes from, and how it is changed. */

export interface NamedPattern {
  readonly name: string;
  /** A regular expression of RE2. */
  readonly pattern: string;
}

/** Where to forward what is stored. */
export interface ForwardSetting {
  /** Base URL of an OTLP/HTTP endpoint. A password and a query are secrets: they read `•••`, and sent back they stay as they are. */
  readonly url: string;
  /** Headers of each request. Values are secrets: they read null, and null keeps the value that is set. */
  readonly headers: Readonly<Record<string, string | null>>;
}

/** By key. The file nests them: `retention.days` is `days` within `retention`. */
export interface SettingValues {
  /** Days since arrival after which data is pruned; null: no limit. */
  readonly 'retention.days': number | null;
  /** The size of the data folder beyond which the oldest data is pruned, in GiB (1024³ bytes); null: no limit. */
  readonly 'retention.gigabytes': number | null;
  /** Stored spans beyond which the oldest are pruned; null: no limit. */
  readonly 'retention.spans': number | null;
  /** Redact credentials, by the names of their keys and by their form. */
  readonly 'redaction.secrets': boolean;
  /** Redact email addresses. */
  readonly 'redaction.emails': boolean;
  /** Redact payment card numbers with a valid check digit. */
  readonly 'redaction.cards': boolean;
  /** Attribute keys whose values are redacted; `*` stands for any characters. */
  readonly 'redaction.keys': readonly string[];
  /** Regular expressions whose matches are redacted. */
  readonly 'redaction.patterns': readonly NamedPattern[];
  /** `HOST:PORT` of the OTLP/HTTP receiver; port 0 picks a free one. */
  readonly 'listen.otlpHttp': string;
  /** `HOST:PORT` of the OTLP/gRPC receiver. */
  readonly 'listen.otlpGrpc': string;
  /** `HOST:PORT` of the pages and the HTTP API. */
  readonly 'listen.ui': string;
  /** Origins of web pages that may export, beside those of this machine. */
  readonly corsOrigins: readonly string[];
  /** Null: nothing is forwarded. */
  readonly forward: ForwardSetting | null;
  /** Let programs of this computer read through the APIs of Tempo, Jaeger and Zipkin without the token. */
  readonly 'compat.withoutToken': boolean;
  /** Whether a search for words looks into prompts and answers. */
  readonly 'search.promptText': boolean;
  /** Whether every agent may write notes, scores and dataset items over MCP. */
  readonly 'agents.write': boolean;
}

export type SettingKey = keyof SettingValues;

export type SettingSource = 'default' | 'file' | 'environment' | 'command line';

/** Where a value comes from, and whether it is in use. */
export interface SettingState {
  readonly key: SettingKey;
  readonly source: SettingSource;
  /** The file sets it, too, and something else wins. */
  readonly isOverridden: boolean;
  /** A change of it takes effect at the next start. */
  readonly needsRestart: boolean;
  /** What runs has another value: `restart` to use this one, or `apply` what was changed in the file. */
  readonly pending: 'none' | 'apply' | 'restart';
}

export interface SettingsProblem {
  /** Of the file, from 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface SettingsReport {
  readonly file: string;
  readonly exists: boolean;
  /** Changes with the text of the file. */
  readonly revision: string;
  /** Why the file cannot be used as it is now. What runs is what it said before; empty: it can be used. */
  readonly problems: readonly SettingsProblem[];
  /** What in it has no effect. */
  readonly warnings: readonly SettingsProblem[];
  /** What holds now, or at the next start; where the file cannot be used, what runs. */
  readonly values: SettingValues;
  readonly defaults: SettingValues;
  readonly settings: readonly SettingState[];
}

export interface SettingsChange {
  /** Of the report that this is based on. */
  readonly revision: string;
  readonly set?: Partial<SettingValues> | undefined;
  /** Taken out of the file: the default holds again. */
  readonly reset?: readonly SettingKey[] | undefined;
}
