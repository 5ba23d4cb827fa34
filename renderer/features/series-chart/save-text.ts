/** Saves a text as a file of the browser. */
export function saveText(text: string, name: string, extension: string, mediaType: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: mediaType }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `spoor-${name.slice(0, 60).replace(/[^\w.-]+/g, '-')}.${extension}`;
  link.click();
  URL.revokeObjectURL(url);
}
