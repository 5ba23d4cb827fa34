/** Shows the user what an agent found. */
import { z } from 'zod';
import { SpoorError } from '../../../../core/model/errors';
import { tool } from '../tool';
import { SPAN, spanInName, spanNamed, TRACE, traceNamed } from '../trace-named';

const SCREENS = [
  'home',
  'traces',
  'services',
  'sessions',
  'agents',
  'logs',
  'metrics',
  'usage',
  'dashboards',
  'alerts',
  'guardrails',
  'datasets',
  'experiments',
] as const;

export const showInWindow = tool({
  name: 'show_in_window',
  title: "Show this in the user's window",
  description:
    "Navigates the user's open Spoor window or browser tab to a trace, a span, a comparison or a screen. Use it when the user should see what you found; it fails where no window is open.",
  uses: ['listTraces', 'traceSummary', 'showScreen'],
  input: {
    traceId: TRACE.optional(),
    spanId: SPAN.optional(),
    compareWith: TRACE.optional().describe('With traceId: the two side by side'),
    screen: z.enum(SCREENS).optional(),
  },
  facts: { shown: z.string() },
  async run(asked, { traceId: named, spanId, compareWith, screen }, { answer }) {
    const path = named === undefined ? `/${screen ?? ''}` : await pathOf(named);
    if (path === '/') throw new SpoorError('VALIDATION_ERROR', 'Say what to show: traceId or screen.');
    await asked.api.showScreen(path);
    answer.say("It is shown in the user's window.", { shown: path });
    return answer.end({ cursor: null, link: asked.links.screen(path.slice(1)) });

    async function pathOf(name: string): Promise<string> {
      const traceId = await traceNamed(asked, name);
      await asked.api.traceSummary(traceId);
      if (compareWith !== undefined)
        return `/compare/${traceId}/${await traceNamed(asked, compareWith, 'compareWith')}`;
      const span = spanId ?? spanInName(name);
      return `/trace/${traceId}${span === undefined ? '' : `/${spanNamed(span)}`}`;
    }
  },
});
