/**
 * What each character is to a search: part of a word, part of a run of a script that is written without spaces, nothing at all, or
 * what stands between. By tables of our own and not by those of the runtime: a stored index must mean the same to every build.
 */

export const SEPARATOR = 0;
/** Of a word that is found whole. */
export const LETTER = 1;
/** Of a run that is found by any part: Chinese, Thai, Korean ..., symbols and emoji, and whatever is not known. */
export const RUN = 2;
/** Says how to show what stands beside it. */
export const IGNORED = 3;

/**
 * Unicode 17 without ASCII: how many code points on each class begins, in base 36, and which one (the place of the sign in SIGNS). Runs are what
 * has the scripts without spaces, and symbols but for those that modify letters; code points without a character go with the letters or runs before.
 */
const SIGNS = '.,:;';
const TABLE =
  '3k.y:5.2:1,1.1:1;1:1.1:2,2.1,1.3,2.1,3.1,n:1,v:1,cq.4,c.e,5.7,1.1,1.h,27;1,11.1,8.1,5.2,1.1,32:1,3v:1,5z.6,15.2:6,19.1,1' +
  '.1,2.1,2.1,18.2:b.6:3.2:1.2:2,b.1;1.3,22.4,2u.1,8.1:1,a:1,j:2,1.e:1.1,6e:1.3,4:2,1c.f:1,u.1:1,14.1,7.2:5,23.1,3l.2,a.1,3' +
  'l:2,6:2,1.1,3c.1:a,33.1:8,3b:1,3m:d,3b.1,7:1,4.1,5m:5,11:1,3e.1:2i.1:a.2:4o.f:1.1:11.4:1z.1:22.5:4.2:33.6:28,2j.1,4:74,9' +
  's.9,13:g,2o.1,h8:1.1,h.1,q.2:3,23.3,1z.2:9,1s:1g;2:u.3:1.3:11.b;5,8g:4.2,a:4w,u.2:3k.7:1.6:2,28:26.2:a.7:s.3,3g.4:1n.5:g' +
  ',1a.2,1s.8:8,3.1,kp.1,1.3,b.3,d.3,d.3:2,b.2:1.b;5.q;5.l:1.d:1.d;g,a:3.2,b:3.2:1,g:1c,1c:2,1:4,1:2,a:1,1:3,5:6,1:1,1:1,1:' +
  '1,4:1,b:2,4:5,5:4,1:1,1m:am.4:t.2:8l,1o:26,m:h4.e,u:1d.2:v.a:b7.m:1r.4:w.2:ea,6d:6,e.4,1.2,34.1:e,3l.1b,1.w:2.c:bm.4:4.a' +
  ':2.c:a,4:2.1:b,1.1:2l.2:3.1:2i.1:46,4:3u,a:u,8:1,f:w,a:13,f:mj4,1a.2,7h.3,2r.1,a.1,37.6:8.n,9.2,2v.2,4d:4,a:1q.4:8,26.2,' +
  '14.3,1.1,1d.2,1b.1:2p.d:1,1:e.2:3g.4:3i.2,g.2,2x.1,e.2:4,3f.1,k:8ow.1kw:5c0,15:1,3s.h:g,a3.2:g,1s:2,1i:14,c:4;g.a:6,g.z:' +
  '1.e:1.1:4.1:1.2:4,3z;1:1.3:1.6:1.4,a.2:3.2,q.6,q.1:1.1:1.7:1k,2:1v.1:c;9.3:1.1:76.3:4,1c:9,1l:h,2:35,bm.1,1c.1,bi.1,40:a' +
  'o,5z.1,v:2,4m.1,v.1,7k.9:7,v.1,20:1,13.7:9,1l.7,2h.4:c,cl.1,v:5u,25.1:2,w.1:15,2j.5:m,m.4:12,47.7:4,2x.7,b.1:2,34.4,1c.2' +
  ',27.4,4.1,d.1,1.3:1,2f.6,2z.1:6,84.2:1.2:8,2y.5,a.2:1.1,2w.1,6y.n,2x.3,s.d:j,1l.1:6,g:1c,1o.3:1,6z.1:2s,4k.3:9,42.1,2k.8' +
  ',2b.3,1.5:d,28.a:2e,3l.1:e,29.5:a,w.2,hx.2:7,1v.d,3p:16.1:vk.5:26z,2p.2:u5.g:8u8,1v2.2,3p.1:a,1j.5:4,4.1:b,f1.3,87.4:5,8' +
  'w:2.1:f19,4c:1,2.1;4:37w,a:ee,28:et,5:3,6;8,8:2,7:u,4:44,3:3f,1s:2o,o1:1,p:1,v:1,p:1,v:1,p:1,v:1,p:1,v:1,p:1,1o:hz.5:vo,' +
  'gf:8x,33:cx,8f.1:5c,im.2:lt,1n:1,3:1,3h:1,ch:eo,d:25f,a:gvly;35s:';

const starts: number[] = [];
const kinds: number[] = [];
for (const [, distance = '', sign = ''] of TABLE.matchAll(/([^.,:;]+)([.,:;])/gy)) {
  starts.push((starts.at(-1) ?? 0) + Number.parseInt(distance, 36));
  kinds.push(SIGNS.indexOf(sign));
}

/** Of everything up to here, by code point; what is beyond is looked up. */
const DIRECT = 0x10000;
const classes = new Uint8Array(DIRECT);
for (const [i, start] of starts.entries()) {
  if (start < DIRECT) classes.fill(kinds[i] as number, start, Math.min(starts[i + 1] ?? DIRECT, DIRECT));
}
for (let code = 0; code < 0x80; code++) if (isWordAscii(code)) classes[code] = LETTER;

export function classOf(code: number): number {
  if (code < DIRECT) return classes[code] as number;
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] as number) <= code) low = middle;
    else high = middle;
  }
  return kinds[low] as number;
}

/** Whether a character of ASCII is a letter, a digit or an underscore. */
export function isWordAscii(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x5f;
}

/** Letters whose lower case every build knows alike; later ones stay as they are. */
const CASED =
  /[\u00c0-\u1c88\u1c90-\u2dff\ua640-\ua7bf\uab70-\uabbf]+|[\u{10400}-\u{1044f}\u{104b0}-\u{104ff}\u{118a0}-\u{118df}\u{1e900}-\u{1e943}]+/gu;
const WIDE = /[\uff01-\uffef]+/g;
const UNSEEN_CHARS = String.raw`[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\u{e0000}-\u{e0fff}]+`;
const BESIDE_ASCII = new RegExp(String.raw`([\0-\x7f])${UNSEEN_CHARS}`, 'gu');
const UNSEEN = new RegExp(UNSEEN_CHARS, 'gu');
const OTHER = /[^\0-\x7f]/;

/**
 * A text as it is compared: in lower case, composed, with full-width letters as others, and without what only says how to show it; beside ASCII
 * that parts words.
 */
export function folded(text: string): string {
  if (!OTHER.test(text)) return text.toLowerCase();
  return text
    .normalize('NFC')
    .replace(WIDE, (wide) => wide.normalize('NFKC'))
    .replace(BESIDE_ASCII, '$1 ')
    .replace(UNSEEN, '')
    .replace(/[A-Z]+/g, (upper) => upper.toLowerCase())
    .replace(CASED, (cased) => cased.toLowerCase())
    .replaceAll('ς', 'σ')
    .normalize('NFC');
}
