/** Has the browser save something as a file. */
export function download(content: Blob, name: string, extension: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name.slice(0, 60).replace(/[^\w.-]+/g, '-')}.${extension}`;
  link.click();
  URL.revokeObjectURL(url);
}
