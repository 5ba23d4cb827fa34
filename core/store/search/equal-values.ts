/** The one value that a condition asks for. */
import { WireWriter } from '../../otlp/wire-writer';
import type { FieldExpression, Static } from '../../query/traceql/ast';
import { hashValue } from '../../search/words';

/** The texts that `field = "text"` asks for. */
export function equalText(expression: FieldExpression): string[] {
  const value = equalValue(expression);
  return value?.kind === 'string' ? [value.value] : [];
}

export function equalValue(expression: FieldExpression): Static | null {
  if (expression.kind !== 'binary' || expression.op !== '=') return null;
  const sides = [expression.left, expression.right];
  if (!sides.some((side) => side.kind === 'attribute' || side.kind === 'intrinsic')) return null;
  return sides.find(isStatic) ?? null;
}

function isStatic(expression: FieldExpression): expression is Static {
  return !['attribute', 'intrinsic', 'parent', 'unary', 'binary'].includes(expression.kind);
}

/** Hashes of the AnyValue messages that are equal to what `attribute = value` asks for; null of another condition. */
export function equalHashes(expression: FieldExpression, keyId: number): number[][] | null {
  const value = equalValue(expression);
  const messages: WireWriter[] = [];
  const message = (write: (writer: WireWriter) => void): void => {
    const writer = new WireWriter(64);
    write(writer);
    messages.push(writer);
  };
  switch (value?.kind) {
    case 'string':
      message((writer) => writer.string(1, value.value));
      break;
    case 'boolean':
      message((writer) => writer.varint(2, value.value ? 1 : 0));
      break;
    case 'integer':
    case 'float':
    case 'duration':
      if (typeof value.value === 'bigint' || Number.isInteger(value.value)) {
        message((writer) => writer.varint(3, BigInt.asUintN(64, BigInt(value.value))));
      }
      message((writer) => writer.double(4, Number(value.value)));
      break;
    default:
      return null;
  }
  return messages.map((writer) => {
    const bytes = writer.finish();
    return [hashValue(keyId, bytes, 0, bytes.length)];
  });
}
