/**
 * Tells what a machine made from what people write. Tokens mix letters and digits and spell no words; what documents show in their
 * place (`YOUR_API_KEY`, `<token>`, `${TOKEN}`, `xxxx`) is none.
 */

/** Pairs of letters that make up most of what is written in languages of the Latin script. */
const PAIRS = new Set(
  (
    'th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic ne ea ra ' +
    'ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no ct us ac ot il tr ly nc et ut ss so rs un lo wa ge ie wh ee ' +
    'wi em ad ol rt po we na ul ni ts mo ow pa im mi ai sh ir su id os iv ia am fi ci vi pl ig tu ev ld ry mp fe bl ab gh ty op ' +
    'wo sa ay ex ke fr oo av ag if ap gr od bo sp rd do uc bu ei ov by rm ep tt oc fa ef cu rn sc gi da yo cr cl du ga qu ue ff ' +
    'ba ey ls va um pp ua up lu go ht ru ug ds lt pi rc rr eg au ck ew mu br bi pt ak pu ui rg ib tl ny ki rk ys ob mm fu ph og ' +
    'ms ye ud mb ip ub oi rl gu dr hr cc tw ft wn nu af hu nn eo vo rv nf xp gn sm fl iz ok nl my gl aw ju oa eq sy sl ps jo lf ' +
    'nv je nk kn gs dy hy ze ks xt bs ik dd py sk tp kt st rn'
  ).split(' '),
);
/** Of the pairs of a word. Of random letters a third are such, of words nearly all. */
const WORDY = 0.8;
/** Of a text, what words make up. */
const SPELT = 0.45;
const IS_HEX = /^(?=(?:[^\d]*\d){3})[0-9a-f-]{16,}$/i;
/** Bits a character: of what repeats itself. */
const MIN_ENTROPY = 1.9;
const MIN_TOKEN_ENTROPY = 2.8;
/** Without a digit only what is longer than words, or mixes its cases. */
const MIN_LETTERS = 20;
const IS_TOKEN = /^(?=.*[A-Za-z])[\w.~+/=-]+(?:[:|][\w.~+/=-]+)?$/;
const MIXED = /[a-z][A-Z]+[a-z].*[A-Z]/;

const SHOWN_INSTEAD =
  /your|example|placeholder|change_?-?me|replace|insert|redacted|xxxx|\.\.\.|…|\*\*\*|<[^<>]*>|\$\{|\$\(|\{\{|#\{|^\$\w+$|^%\(?\w+\)?[sd%]?$|^[{[(].*[}\])]$/i;
/** Of what documents name in capitals: `OPENAI_API_KEY`, `MY_TOKEN`, `PASSWORD`. */
const NAMED_IN_CAPITALS = /^[A-Z]+(?:[_-][A-Z]+)*$/;
const ONE_CHARACTER = /^(.)\1*$/;

const counts = new Uint16Array(128);

/** Bits a character of what occurs as often as here; of ASCII. */
function entropyOf(text: string): number {
  counts.fill(0);
  for (let i = 0; i < text.length; i++) (counts[text.charCodeAt(i) & 127] as number)++;
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Whether its letters spell words. */
export function isWordy(text: string): boolean {
  if (IS_HEX.test(text)) return false;
  let spelt = 0;
  for (const [run] of text.matchAll(/[A-Z]?[a-z]{2,}|[A-Z]{3,}/g)) {
    const letters = run.toLowerCase();
    let known = 0;
    for (let i = 1; i < letters.length; i++) if (PAIRS.has(letters.slice(i - 1, i + 1))) known++;
    if (letters.length > 2 && known >= WORDY * (letters.length - 1)) spelt += letters.length;
  }
  return spelt >= SPELT * text.length;
}

export function isOneCharacter(text: string): boolean {
  return ONE_CHARACTER.test(text);
}

/** What documents write where a secret would stand. */
export function isShownInstead(text: string): boolean {
  return SHOWN_INSTEAD.test(text) || (NAMED_IN_CAPITALS.test(text) && isWordy(text)) || isOneCharacter(text);
}

/** Behind the prefix that an issuer gives its tokens: anything that is no word and no placeholder. */
export function isIssued(text: string): boolean {
  return entropyOf(text) >= MIN_ENTROPY && !SHOWN_INSTEAD.test(text) && (/\d/.test(text) || !isWordy(text));
}

/** Random characters, where only a name says what they may be. */
export function isTokenLike(text: string, minLength = 10): boolean {
  if (text.length < minLength || !IS_TOKEN.test(text)) return false;
  if (!/\d/.test(text) && text.length < MIN_LETTERS && !MIXED.test(text)) return false;
  return !isWordy(text) && entropyOf(text) >= MIN_TOKEN_ENTROPY && !isShownInstead(text);
}
