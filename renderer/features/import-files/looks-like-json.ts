/** Whether pasted text is JSON, whole or line by line. A query in braces is not, and no file. */
export function looksLikeJson(text: string): boolean {
  const trimmed = text.trim();
  return /^[[{]/.test(trimmed) && (isJson(trimmed) || isJson(trimmed.split('\n', 1)[0] ?? ''));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
