/** Text cut to a width. Widths are measured once a text and font: measuring is what text on a canvas costs. */
const MAX_ENTRIES = 20_000;
const ELLIPSIS = '\u2026';
/** Longer names are cut before they are measured: one of a megabyte would stop the page. */
const MAX_CHARS = 400;

export class TextFit {
  private readonly widths = new Map<string, number>();
  private readonly fitted = new Map<string, string>();
  private font = '';

  constructor(private readonly context: CanvasRenderingContext2D) {}

  setFont(font: string): void {
    if (font === this.font) return;
    this.font = font;
    this.context.font = font;
  }

  /** The context's own font may be lost, when its canvas is resized. */
  reset(): void {
    this.font = '';
  }

  width(text: string): number {
    const key = `${this.font}\0${text}`;
    let width = this.widths.get(key);
    if (width === undefined) {
      if (this.widths.size >= MAX_ENTRIES) this.widths.clear();
      width = this.context.measureText(text).width;
      this.widths.set(key, width);
    }
    return width;
  }

  /** The text, or its beginning and an ellipsis; empty where not even that fits. */
  fit(text: string, widthPx: number): string {
    const short = text.length > MAX_CHARS ? text.slice(0, MAX_CHARS) : text;
    if (short === text && this.width(text) <= widthPx) return text;
    const room = Math.floor(widthPx - this.width(ELLIPSIS));
    if (room <= 0) return '';
    const key = `${this.font}\0${room}\0${short}`;
    let cut = this.fitted.get(key);
    if (cut === undefined) {
      if (this.fitted.size >= MAX_ENTRIES) this.fitted.clear();
      cut = this.cut(short, room);
      this.fitted.set(key, cut);
    }
    return cut;
  }

  private cut(text: string, room: number): string {
    // Whole characters as people count them: an emoji is not cut in two.
    const characters = [...text];
    let low = 0;
    let high = characters.length;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.context.measureText(characters.slice(0, middle).join('')).width <= room) low = middle;
      else high = middle - 1;
    }
    return low === 0 ? '' : characters.slice(0, low).join('') + ELLIPSIS;
  }
}
