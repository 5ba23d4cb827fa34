/** The protocols of other tools that Spoor answers. A protocol is a folder beside this file, and a line here. */
import { JAEGER_PROTOCOL } from './jaeger/protocol';
import type { CompatProtocol } from './protocol';
import { TEMPO_PROTOCOL } from './tempo/protocol';
import { ZIPKIN_PROTOCOL } from './zipkin/protocol';

export const PROTOCOLS: readonly CompatProtocol[] = [TEMPO_PROTOCOL, JAEGER_PROTOCOL, ZIPKIN_PROTOCOL];
