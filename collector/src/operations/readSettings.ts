import { readFileSync } from 'node:fs';
import { parseListenAddress } from '../address.js';
import { CollectorError } from '../collectorError.js';
import type { CollectorConfig } from '../config.js';
import { TokenSyntaxError, accessToken, parseTokenFile, type AccessToken } from '../security/accessTokens.js';
import { checkTlsFiles, type TlsFiles } from '../security/tlsFiles.js';
import { shownStore } from '../store/clickhouse/storeAddress.js';
import { ConfigFileError, parseConfigFile } from './configFile.js';
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from './logLines.js';
import { settings, variableOf, type Setting, type SettingName } from './settings.js';

export const CONFIG_VARIABLE = 'HINDCAST_COLLECTOR_CONFIG';

/** A setting as it is in effect, for a person; secrets are masked. */
export interface ShownSetting {
  readonly name: SettingName;
  readonly value: string;
  /** `default`, `FILE:LINE:COLUMN`, the variable, or the flag. */
  readonly from: string;
}

export interface EffectiveSettings {
  readonly config: CollectorConfig;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly shown: readonly ShownSetting[];
}

interface Value {
  readonly text: string;
  readonly from: string;
}

/**
 * What is in effect: flags before the environment before the file before defaults.
 * @param flags as given, by name; a switch that is on is `true`
 * @param configFile of the flag `--config`
 * @throws CollectorError BAD_CONFIG, BAD_ADDRESS, NOT_LOOPBACK, NOT_ENCRYPTED, TLS_UNUSABLE: what is wrong, and where
 */
export function readSettings(
  flags: Readonly<Partial<Record<string, string | boolean>>>,
  environment: Readonly<Record<string, string | undefined>>,
  configFile: string | undefined,
): EffectiveSettings {
  const values = gather(flags, environment, configFile ?? environment[CONFIG_VARIABLE]);
  const of = (name: SettingName): Value => values.get(name) ?? { text: '', from: 'default' };
  const tokens = tokensOf(of);
  const tls = tlsOf(of);
  const allowsPlainText = boolean(of('plain-text'), 'plain-text');
  const exposure = { hasTokens: tokens.length > 0, isTls: tls !== undefined, allowsPlainText };
  const address = (name: 'otlp-grpc' | 'otlp-http' | 'query'): string => {
    const { text, from } = of(name);
    parseListenAddress(text, from === 'default' || from.startsWith('--') ? `--${name}` : from, exposure);
    return text;
  };
  const receiver = (name: 'otlp-grpc' | 'otlp-http'): string | undefined =>
    of(name).text === 'off' ? undefined : address(name);
  const store = of('store');
  if (store.text === '') throw bad(store, 'store takes a path or the word memory');
  const limit = (name: SettingName): number => positive(of(name), name);
  return {
    config: {
      otlpGrpc: receiver('otlp-grpc'),
      otlpHttp: receiver('otlp-http'),
      query: address('query'),
      store: store.text,
      storeMaxBytes: limit('store-max-bytes'),
      security: {
        tokens,
        tls,
        allowsPlainText,
        limits: {
          requestsPerSecond: limit('max-requests-per-second'),
          bytesPerSecond: limit('max-bytes-per-second'),
          connections: limit('max-connections'),
        },
      },
    },
    logLevel: oneOf(of('log-level'), 'log-level', LOG_LEVELS),
    logFormat: oneOf(of('log-format'), 'log-format', LOG_FORMATS),
    shown: settings.map((setting: Setting & { name: SettingName }) => ({
      name: setting.name,
      value: shownValue(setting, of(setting.name).text),
      from: of(setting.name).from,
    })),
  };
}

/** Secrets, and passwords within addresses, as stars. */
function shownValue({ name, isSecret }: Setting, text: string): string {
  if (name === 'store') return shownStore(text);
  if (text === '') return '';
  if (isSecret) return '***';
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/@:]*):[^/@]*@/i, '$1:***@').replace(/(password=)[^&]*/gi, '$1***');
}

function gather(
  flags: Readonly<Partial<Record<string, string | boolean>>>,
  environment: Readonly<Record<string, string | undefined>>,
  file: string | undefined,
): Map<SettingName, Value> {
  const ofFile = file === undefined || file === '' ? new Map<SettingName, Value>() : readFile(file);
  const values = new Map<SettingName, Value>();
  for (const setting of settings) {
    const flag = flags[setting.name];
    const variable = environment[variableOf(setting)];
    const value: Value =
      flag !== undefined
        ? { text: String(flag), from: `--${setting.name}` }
        : variable !== undefined && variable !== ''
          ? { text: variable, from: variableOf(setting) }
          : (ofFile.get(setting.name) ?? { text: setting.default, from: 'default' });
    values.set(setting.name, value);
  }
  return values;
}

function readFile(file: string): Map<SettingName, Value> {
  try {
    const found = parseConfigFile(readText(file));
    return new Map([...found].map(([name, { text, at }]) => [name, { text, from: `${file}:${at}` }]));
  } catch (error) {
    if (error instanceof ConfigFileError) throw new CollectorError('BAD_CONFIG', `${file}:${error.message}.`);
    throw error;
  }
}

function tokensOf(of: (name: SettingName) => Value): AccessToken[] {
  const tokens: AccessToken[] = [];
  const file = of('token-file');
  try {
    if (file.text !== '') tokens.push(...parseTokenFile(readText(file.text)));
  } catch (error) {
    if (!(error instanceof TokenSyntaxError)) throw error;
    throw new CollectorError('BAD_CONFIG', `${file.text}:${error.line}:1: ${error.message}.`);
  }
  for (const [name, scope] of [
    ['ingest-token', 'ingest'],
    ['read-token', 'read'],
  ] as const) {
    const value = of(name);
    if (value.text === '') continue;
    try {
      tokens.push(accessToken([scope], value.text));
    } catch (error) {
      throw bad(value, error instanceof Error ? error.message : 'no token');
    }
  }
  return tokens;
}

function tlsOf(of: (name: SettingName) => Value): TlsFiles | undefined {
  const [cert, key, clientCa] = [of('tls-cert'), of('tls-key'), of('tls-client-ca')];
  if (cert.text === '' && key.text === '' && clientCa.text === '') return undefined;
  if (cert.text === '' || key.text === '') {
    const given = cert.text !== '' ? cert : key.text !== '' ? key : clientCa;
    throw bad(given, 'TLS takes both a certificate (tls-cert) and its key (tls-key)');
  }
  const files = {
    certFile: cert.text,
    keyFile: key.text,
    clientCaFile: clientCa.text === '' ? undefined : clientCa.text,
  };
  checkTlsFiles(files);
  return files;
}

function boolean(value: Value, name: string): boolean {
  if (/^(?:true|yes|on|1)$/i.test(value.text)) return true;
  if (/^(?:false|no|off|0|)$/i.test(value.text)) return false;
  throw bad(value, `${name} is true or false, not '${value.text}'`);
}

function positive(value: Value, name: string): number {
  const number = Number(value.text);
  if (!Number.isSafeInteger(number) || number <= 0)
    throw bad(value, `${name} is a whole number above 0, not '${value.text}'`);
  return number;
}

function oneOf<T extends string>(value: Value, name: string, all: readonly T[]): T {
  const found = all.find((it) => it === value.text);
  if (found === undefined) throw bad(value, `${name} is one of ${all.join(', ')}, not '${value.text}'`);
  return found;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new CollectorError('BAD_CONFIG', `${file} cannot be read (${code}).`, { cause: error });
  }
}

function bad({ from }: Value, what: string): CollectorError {
  return new CollectorError('BAD_CONFIG', `${from}: ${what}.`);
}
