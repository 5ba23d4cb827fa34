/** What a span of an agent run says, in whatever dialect: messages, the tool that was used, parameters. */

import { FlaskConical } from 'lucide-react';
import { useLocation } from 'wouter';
import { cutMessage, cutValue } from '../../../core/agent-run/cut';
import { type AgentSpan, hasContent } from '../../../core/dialects/agent-span';
import { AddToDataset } from '../../features/add-to-dataset/AddToDataset';
import { Folded } from '../../features/conversation/Folded';
import { MessageView } from '../../features/conversation/MessageView';
import { ToolUseView } from '../../features/conversation/ToolUseView';
import { Value } from '../../features/conversation/Value';
import { usePlayground } from '../../stores/playground-store';
import { useTraceView } from '../../stores/trace-view-store';
import { Button } from '../../ui/Button';

interface SpanMessagesProps {
  readonly agent: AgentSpan;
  readonly source: { readonly traceId: string; readonly spanId: string };
}

export function SpanMessages({ agent, source }: SpanMessagesProps) {
  const [, navigate] = useLocation();
  const replay = (): void => {
    usePlayground.getState().load(agent, source);
    navigate('/playground');
  };
  const select = useTraceView(({ select }) => select);
  const onSpan = (spanId: string): void => select(BigInt(`0x${spanId}`));
  const { system, input, output, tool, toolDefinitions, parameters, inputValue, outputValue, documents } = agent;
  const use = tool && {
    name: tool.name ?? '',
    arguments: cutValue(tool.arguments),
    result: cutValue(tool.result),
    spanId: null,
    durationNs: null,
    failed: false,
  };
  return (
    <div className="flex flex-col gap-2.5 px-3.5 py-3">
      {agent.kind === 'model' && input.length > 0 && (
        <div className="flex min-w-0 flex-wrap items-center gap-2">
          <Button title="Change the prompt and run it again, with this model or another" onClick={replay}>
            <FlaskConical size={13} aria-hidden /> Try in the playground
          </Button>
          <AddToDataset key={source.spanId} traceId={source.traceId} spanId={source.spanId} />
        </div>
      )}
      {system.length > 0 && (
        <Folded title="System prompt">
          <MessageView message={cutMessage({ role: 'system', parts: system })} uses={null} onSpan={onSpan} />
        </Folded>
      )}
      {toolDefinitions.length > 0 && (
        <Folded title={`Tools: ${toolDefinitions.map(({ name }) => name).join(', ')}`}>
          <Value value={cutValue(JSON.stringify(toolDefinitions, null, 2))} />
        </Folded>
      )}
      {Object.keys(parameters).length > 0 && (
        <Folded title="Parameters">
          <Value value={parameters} />
        </Folded>
      )}
      {inputValue !== null && (
        <section aria-label="Input">
          <h3 className="pb-1 text-sm font-semibold text-secondary">Input</h3>
          <Value value={cutValue(inputValue)} />
        </section>
      )}
      {[...input, ...output].map((message, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: messages have no identity and never move
        <MessageView key={i} message={cutMessage(message)} uses={null} onSpan={onSpan} />
      ))}
      {use && <ToolUseView use={use} tellsResult onSpan={onSpan} />}
      {outputValue !== null && (
        <section aria-label="Output">
          <h3 className="pb-1 text-sm font-semibold text-secondary">Output</h3>
          <Value value={cutValue(outputValue)} />
        </section>
      )}
      {documents.length > 0 && (
        <Folded title={`${documents.length} documents`}>
          <Value value={cutValue(JSON.stringify(documents, null, 2))} />
        </Folded>
      )}
      {!hasContent(agent) && (
        <p className="text-secondary">
          No messages were recorded. Most instrumentations record them only when you enable it.
        </p>
      )}
    </div>
  );
}
