/**
 * A native scroll bar for content that the browser does not lay out: a million rows are taller than an element may be, so beyond a
 * height the bar is a scale and not a measure.
 */
const MAX_HEIGHT_PX = 8_000_000;

export class ScrollBar {
  private readonly content: HTMLElement;
  private contentPx = 0;
  private viewPx = 0;
  /** Where we put it: what it then reports is no drag. */
  private expected = 0;

  constructor(
    private readonly element: HTMLElement,
    private readonly onScroll: (px: number) => void,
  ) {
    this.content = element.ownerDocument.createElement('div');
    this.content.style.width = '1px';
    element.append(this.content);
    element.addEventListener('scroll', this.scrolled);
  }

  set(px: number, contentPx: number, viewPx: number): void {
    if (contentPx !== this.contentPx || viewPx !== this.viewPx) {
      this.contentPx = contentPx;
      this.viewPx = viewPx;
      this.content.style.height = `${Math.min(contentPx, MAX_HEIGHT_PX)}px`;
    }
    const top = Math.round(px * this.ratio());
    if (Math.abs(top - this.element.scrollTop) < 1) return;
    this.element.scrollTop = top;
    this.expected = this.element.scrollTop;
  }

  dispose(): void {
    this.element.removeEventListener('scroll', this.scrolled);
    this.content.remove();
  }

  /** Pixels of the bar for a pixel of content. */
  private ratio(): number {
    const range = this.contentPx - this.viewPx;
    return range <= 0 ? 1 : (Math.min(this.contentPx, MAX_HEIGHT_PX) - this.viewPx) / range;
  }

  private readonly scrolled = (): void => {
    const { scrollTop } = this.element;
    if (Math.abs(scrollTop - this.expected) < 2) return;
    this.expected = scrollTop;
    this.onScroll(scrollTop / this.ratio());
  };
}
