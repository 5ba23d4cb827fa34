/** Images, audio and files in messages: where they are, or what they are. */
import type { PlainValue } from '../model/json-types';
import type { Part } from './agent-span';
import { isObject, type JsonObject, textOf } from './json-objects';

/** Of a file's bytes in text, or where they are. */
const PLACES = [
  'source',
  'image',
  'image_url',
  'input_audio',
  'audio_url',
  'video_url',
  'file',
  'media',
  'resource',
] as const;
/** What Langfuse's SDKs leave where a file was, which they upload apart. */
const LANGFUSE_MEDIA = /@@@langfuseMedia:type=([^|@]*)\|id=([^|@]+)\|source=[^|@]*@@@/;

/** @param modality `image`, `audio`, `video`; null: the part says itself what it is */
export function mediaParts(part: JsonObject, modality: string | null): Part[] | null {
  const source = PLACES.map((key) => part[key]).find(isObject) ?? {};
  const all: JsonObject = { ...source, ...part };
  const mimeType = mimeTypeOf(all, modality);
  const fileId = textOf(all.file_id ?? all.fileId ?? all.container_id);
  const content = textOf(
    source.data ??
      source.bytes ??
      source.base64 ??
      all.base64 ??
      all.bytes ??
      all.content ??
      all.data ??
      all.blob ??
      source.file_data ??
      all.file_data ??
      part.file,
  );
  const stored = isObject(source.s3Location) ? source.s3Location.uri : undefined;
  const url = textOf(
    source.url ??
      stored ??
      all.uri ??
      all.url ??
      all.file_url ??
      part.image_url ??
      part.audio_url ??
      part.video_url ??
      part.image,
  );
  const given = url ?? content;
  const held = given === null ? null : LANGFUSE_MEDIA.exec(given);
  if (held) return [langfuseFile(held)];
  const inline = given === null ? null : inlineData(given);
  if (inline) return [{ type: 'blob', mimeType: inline.type || mimeType, data: inline.data }];
  if (url !== null && /^[a-z][a-z0-9+.-]*:/i.test(url)) return [{ type: 'uri', mimeType, uri: url }];
  if (content !== null) return [{ type: 'blob', mimeType, data: content }];
  if (fileId !== null) return [{ type: 'file', mimeType, fileId }];
  return url === null ? null : [{ type: 'blob', mimeType, data: url }];
}

function mimeTypeOf(all: JsonObject, modality: string | null): string | null {
  const said = textOf(all.mime_type ?? all.mimeType ?? all.media_type ?? all.mediaType ?? all.contentType);
  const format = textOf(all.format);
  if (said !== null || modality === null || format === null) return said;
  return format.includes('/') ? format : `${modality}/${format}`;
}

/** Texts, and the files that they hold as Langfuse refers to them. */
export function textParts(text: string): Part[] {
  if (!text.includes('@@@langfuseMedia:')) return [{ type: 'text', text }];
  const parts: Part[] = [];
  let rest = text;
  for (let held = LANGFUSE_MEDIA.exec(rest); held; held = LANGFUSE_MEDIA.exec(rest)) {
    if (held.index > 0) parts.push({ type: 'text', text: rest.slice(0, held.index) });
    parts.push(langfuseFile(held));
    rest = rest.slice(held.index + held[0].length);
  }
  return rest === '' ? parts : [...parts, { type: 'text', text: rest }];
}

function langfuseFile([, mimeType, fileId]: RegExpExecArray): Part {
  return { type: 'file', mimeType: mimeType || null, fileId: fileId as string };
}

/** Base64 alone, as Ollama's messages list images: what they are is seen from their bytes. */
export function imagesOf(value: PlainValue | undefined): Part[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one) => (typeof one === 'string' ? (mediaParts({ image: one }, 'image') ?? []) : []));
}

/** Of a `data:` URL in base64; null: it is none. */
function inlineData(url: string): { readonly type: string; readonly data: string } | null {
  if (!url.startsWith('data:')) return null;
  const comma = url.indexOf(',');
  const header = url.slice('data:'.length, Math.max(comma, 0));
  if (!header.endsWith(';base64')) return null;
  return { type: header.slice(0, header.indexOf(';')), data: url.slice(comma + 1) };
}
