/** What a model or a person wrote. It may be anything: no HTML of it is HTML here, no picture of it is fetched, links leave the app. */
import { memo } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import rehypeHighlight from 'rehype-highlight';
import remarkGfm from 'remark-gfm';

/** Longer texts are shown as they are: laying them out would hold the page. */
const MAX_CHARS = 40_000;

const COMPONENTS: Components = {
  a: ({ href, children }) =>
    /^https?:\/\//i.test(href ?? '') ? (
      <a href={href} target="_blank" rel="noopener noreferrer nofollow" className="text-accent hover:underline">
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
  // A picture from elsewhere would tell its server who reads this, and when.
  img: ({ src, alt }) => <span className="text-secondary">[picture: {alt || String(src ?? '')}]</span>,
};

export const Markdown = memo(function Markdown({ text }: { readonly text: string }) {
  if (text.length > MAX_CHARS) return <p className="break-words whitespace-pre-wrap">{text}</p>;
  return (
    <div className="markdown" dir="auto">
      <ReactMarkdown remarkPlugins={[remarkGfm]} rehypePlugins={[rehypeHighlight]} components={COMPONENTS}>
        {text}
      </ReactMarkdown>
    </div>
  );
});
