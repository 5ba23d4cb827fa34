/**
 * When V8 optimizes the WebAssembly of PGlite. It does so function by function, as soon as one has run for a while; a start alone
 * makes it optimize hundreds that are hardly used again, which costs half a second of processor time and tens of megabytes.
 */
import { setFlagsFromString } from 'node:v8';

/** Units of work of one function before it is optimized; V8's own is a fifth. */
const BUDGET = 60_000_000;

/** To be called before PGlite is compiled: a module keeps what held then. */
export function deferOptimization(): void {
  setFlagsFromString(`--wasm-tiering-budget=${BUDGET}`);
}
