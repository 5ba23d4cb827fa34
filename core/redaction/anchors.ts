/**
 * Finds many short ASCII texts at once, regardless of case: an automaton of Aho and Corasick with all its moves in one table, one
 * look-up a character whatever the input holds.
 */
import type { Steps } from './chars';

/** Looks at an anchor that was found. @returns true: go no further */
export type AnchorVisit = (owner: number, start: number, end: number) => boolean;

interface Output {
  readonly owner: number;
  readonly length: number;
}

interface Node {
  readonly next: Map<number, Node>;
  outputs: readonly Output[];
  fail: Node | null;
  state: number;
}

export class Anchors {
  /** Class of each byte; 0: it is in no anchor. */
  private readonly classes = new Uint8Array(256);
  private readonly moves: Int32Array;
  /** By state, from `firstOutput` on, which are numbered last. */
  private readonly outputs: (readonly Output[])[] = [];
  private readonly width: number;
  private readonly firstOutput: number;

  /** @param anchors in lower case, of ASCII */
  constructor(anchors: readonly { readonly text: string; readonly owner: number }[]) {
    const codes = new Set(anchors.flatMap(({ text }) => [...text].map((character) => character.charCodeAt(0))));
    for (const [i, code] of [...codes].entries()) {
      this.classes[code] = i + 1;
      if (code >= 0x61 && code <= 0x7a) this.classes[code - 0x20] = i + 1;
    }
    this.width = codes.size + 1;
    const root = newNode();
    for (const { text, owner } of anchors) this.add(root, text, owner);
    const nodes = inBreadth(root);
    const [silent, telling] = [nodes.filter(({ outputs }) => outputs.length === 0), nodes.filter(isTelling)];
    for (const [i, node] of [...silent, ...telling].entries()) node.state = i * this.width;
    this.firstOutput = silent.length * this.width;
    this.outputs = telling.map(({ outputs }) => outputs);
    this.moves = new Int32Array(nodes.length * this.width);
    for (const node of nodes) {
      for (let code = 0; code < this.width; code++) {
        const next = node.next.get(code);
        const otherwise = node.fail === null ? root.state : (this.moves[node.fail.state + code] as number);
        this.moves[node.state + code] = next ? next.state : otherwise;
      }
    }
  }

  /** Whether `visit` says so of an anchor. */
  inBytes(bytes: Uint8Array, steps: Steps, visit: AnchorVisit): boolean {
    const { classes, moves, firstOutput } = this;
    const { length } = bytes;
    steps.count += length;
    let state = 0;
    for (let i = 0; i < length; i++) {
      state = moves[state + (classes[bytes[i] as number] as number)] as number;
      if (state >= firstOutput && this.tell(state, i + 1, steps, visit)) return true;
    }
    return false;
  }

  inText(text: string, steps: Steps, visit: AnchorVisit): boolean {
    const { classes, moves, firstOutput } = this;
    const { length } = text;
    steps.count += length;
    let state = 0;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      state = moves[state + (code < 256 ? (classes[code] as number) : 0)] as number;
      if (state >= firstOutput && this.tell(state, i + 1, steps, visit)) return true;
    }
    return false;
  }

  private tell(state: number, end: number, steps: Steps, visit: AnchorVisit): boolean {
    const outputs = this.outputs[(state - this.firstOutput) / this.width] as readonly Output[];
    for (const { owner, length } of outputs) {
      steps.count++;
      if (visit(owner, end - length, end)) return true;
    }
    return false;
  }

  private add(root: Node, text: string, owner: number): void {
    let node = root;
    for (let i = 0; i < text.length; i++) {
      const code = this.classes[text.charCodeAt(i)] as number;
      let next = node.next.get(code);
      if (!next) {
        next = newNode();
        node.next.set(code, next);
      }
      node = next;
    }
    if (node !== root) node.outputs = [...node.outputs, { owner, length: text.length }];
  }
}

function newNode(): Node {
  return { next: new Map(), outputs: [], fail: null, state: 0 };
}

function isTelling({ outputs }: Node): boolean {
  return outputs.length > 0;
}

/** The root first; each node with where it goes on when no child fits, and with what ends there too. */
function inBreadth(root: Node): Node[] {
  const nodes = [root];
  for (const node of nodes) {
    for (const [code, child] of node.next) {
      let fail = node.fail;
      while (fail !== null && !fail.next.has(code)) fail = fail.fail;
      child.fail = fail?.next.get(code) ?? root;
      child.outputs = [...child.outputs, ...child.fail.outputs];
      nodes.push(child);
    }
  }
  return nodes;
}
