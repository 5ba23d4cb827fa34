/**
 * Saves a part of the page as a PNG: canvases, the bars of an SVG, swatches and texts, each where it stands. What lies over it for the
 * pointer alone (`data-picture="no"`) stays away.
 */
import { download } from './download';

const MARGIN_PX = 12;
const TITLE_PX = 26;
/** Twice the pixels of the page: sharp where it is put into a document. */
const SCALE = 2;

/** @param title above it, and as the name of the file */
export async function savePicture(element: HTMLElement, title: string): Promise<void> {
  const picture = pictureOf(element, title);
  const blob = await new Promise<Blob | null>((resolve) => picture.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('This browser could not make the picture.');
  download(blob, `spoor-${title}`, 'png');
}

function pictureOf(element: HTMLElement, title: string): HTMLCanvasElement {
  const { left, top, width, height } = element.getBoundingClientRect();
  const picture = document.createElement('canvas');
  picture.width = Math.ceil((width + 2 * MARGIN_PX) * SCALE);
  picture.height = Math.ceil((height + 2 * MARGIN_PX + TITLE_PX) * SCALE);
  const context = picture.getContext('2d');
  if (!context) throw new Error('This browser could not make the picture.');
  const page = getComputedStyle(document.documentElement);
  context.scale(SCALE, SCALE);
  context.fillStyle = page.getPropertyValue('--panel');
  context.fillRect(0, 0, picture.width, picture.height);
  context.fillStyle = page.getPropertyValue('--text');
  context.textBaseline = 'middle';
  context.font = `600 14px ${getComputedStyle(element).fontFamily}`;
  context.fillText(title, MARGIN_PX, MARGIN_PX + TITLE_PX / 2 - 4, width);
  context.beginPath();
  context.rect(MARGIN_PX, MARGIN_PX + TITLE_PX, width, height);
  context.clip();
  context.translate(MARGIN_PX - left, MARGIN_PX + TITLE_PX - top);
  draw(context, element);
  return picture;
}

function draw(context: CanvasRenderingContext2D, element: Element): void {
  if (element instanceof HTMLElement && element.dataset.picture === 'no') return;
  const style = getComputedStyle(element);
  const { left, top, width, height } = element.getBoundingClientRect();
  if (style.visibility === 'hidden' || style.display === 'none' || width === 0 || height === 0) return;
  context.globalAlpha = Number(style.opacity);
  if (element instanceof HTMLCanvasElement) {
    if (element.width > 0 && element.height > 0) context.drawImage(element, left, top, width, height);
  } else if (element instanceof SVGRectElement) {
    context.globalAlpha *= Number(style.fillOpacity);
    context.fillStyle = style.fill;
    context.fillRect(left, top, width, height);
  } else if (!(element instanceof SVGElement)) {
    context.fillStyle = style.backgroundColor;
    context.fillRect(left, top, width, height);
  }
  for (const child of element.childNodes) {
    if (child instanceof Element) draw(context, child);
    else if (child instanceof Text && !(element instanceof SVGElement)) write(context, child, style);
  }
}

function write(context: CanvasRenderingContext2D, text: Text, style: CSSStyleDeclaration): void {
  if (text.data.trim() === '') return;
  const range = document.createRange();
  range.selectNodeContents(text);
  const { left, top, width, height } = range.getBoundingClientRect();
  if (width < 2 || height < 2) return;
  context.globalAlpha = Number(style.opacity);
  context.fillStyle = style.color;
  context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.textBaseline = 'middle';
  context.fillText(text.data, left, top + height / 2, width);
}
