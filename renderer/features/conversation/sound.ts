/** Sound is played for what its bytes say it is, whatever its sender calls it. */
const SIGNATURES: readonly (readonly [type: string, pattern: RegExp])[] = [
  ['audio/mpeg', /^(?:SUQz|\/\/[uvs])/],
  ['audio/ogg', /^T2dnUw/],
  ['audio/flac', /^ZkxhQ/],
];

/** A data URI of a sound; null: it is none of these. @param data base64 */
export function soundOf(data: string): string | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(data.slice(0, 4_000))) return null;
  const type = isWave(data) ? 'audio/wav' : SIGNATURES.find(([, pattern]) => pattern.test(data))?.[0];
  return type === undefined ? null : `data:${type};base64,${data}`;
}

/** RIFF, four bytes of length, WAVE. */
function isWave(data: string): boolean {
  try {
    const head = atob(data.slice(0, 16));
    return head.startsWith('RIFF') && head.slice(8, 12) === 'WAVE';
  } catch {
    return false;
  }
}
