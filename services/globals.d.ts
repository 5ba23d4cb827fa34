/** Names that Node has and `@types/node` lacks. Only the rooms of tsconfig.node.json are compiled with it. */

type MessagePort = import('node:worker_threads').MessagePort;
type Transferable = ArrayBuffer | MessagePort;

declare namespace WebAssembly {
  class RuntimeError extends Error {}
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }
}
