/** Providers as the conventions name them (gen_ai.provider.name). */
import { wordTable } from '../../model/word-table';

const DEPRECATED: Readonly<Record<string, string>> = wordTable({
  vertex_ai: 'gcp.vertex_ai',
  gemini: 'gcp.gemini',
  'az.ai.inference': 'azure.ai.inference',
  'az.ai.openai': 'azure.ai.openai',
  xai: 'x_ai',
});

const OF_INFERENCE: Readonly<Record<string, string>> = wordTable({
  google: 'gcp.gemini',
  azure: 'azure.ai.openai',
  aws: 'aws.bedrock',
  mistralai: 'mistral_ai',
  xai: 'x_ai',
});

/** Of the AI SDK, in front of the way in: `google.generative-ai`, `openai.responses`. */
const OF_SDK: Readonly<Record<string, string>> = wordTable({
  google: 'gcp.gemini',
  'amazon-bedrock': 'aws.bedrock',
  azure: 'azure.ai.openai',
  mistral: 'mistral_ai',
  xai: 'x_ai',
});

/** Instrumentations write it as their SDKs do: `OpenAI`, `openai.responses`. */
export function providerOf(provider: string): string {
  const name = provider.toLowerCase();
  return DEPRECATED[name] ?? (/^(?:openai|anthropic)\./.test(name) ? providerOfSdk(name) : name);
}

export function providerOfInference(provider: string): string {
  const name = provider.toLowerCase();
  return OF_INFERENCE[name] ?? name;
}

export function providerOfSdk(provider: string): string {
  const name = provider.toLowerCase();
  if (name.startsWith('google.vertex')) return 'gcp.vertex_ai';
  const own = name.split('.')[0] as string;
  return OF_SDK[own] ?? own;
}
