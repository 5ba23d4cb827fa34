/** Providers as the conventions name them (gen_ai.provider.name). */
import { wordTable } from '../../model/word-table';

const DEPRECATED: Readonly<Record<string, string>> = wordTable({
  vertex_ai: 'gcp.vertex_ai',
  gemini: 'gcp.gemini',
  'az.ai.inference': 'azure.ai.inference',
  'az.ai.openai': 'azure.ai.openai',
  xai: 'x_ai',
  mistral: 'mistral_ai',
  mistralai: 'mistral_ai',
  bedrock: 'aws.bedrock',
  bedrock_converse: 'aws.bedrock',
  aws_bedrock: 'aws.bedrock',
  'aws-bedrock': 'aws.bedrock',
  'amazon-bedrock': 'aws.bedrock',
  amazon_bedrock: 'aws.bedrock',
  azure: 'azure.ai.openai',
  azure_openai: 'azure.ai.openai',
  'azure-openai': 'azure.ai.openai',
  azure_ai: 'azure.ai.inference',
  google: 'gcp.gemini',
  google_genai: 'gcp.gemini',
  'google-gla': 'gcp.gemini',
  google_ai_studio: 'gcp.gemini',
  'google-vertex': 'gcp.vertex_ai',
  google_vertexai: 'gcp.vertex_ai',
  google_anthropic_vertex: 'gcp.vertex_ai',
  vertexai: 'gcp.vertex_ai',
  vertex: 'gcp.vertex_ai',
  'vertex-ai': 'gcp.vertex_ai',
  grok: 'x_ai',
  moonshot: 'moonshot_ai',
  moonshotai: 'moonshot_ai',
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

/** With the way in behind it: `openai.responses`, `google.generative-ai`. */
const OF_SDK_NAME = /^(?:openai|anthropic|google|azure|amazon-bedrock|mistral|xai|groq|cohere|deepseek|perplexity)\./;

/** Instrumentations write it as their SDKs do: `OpenAI`, `openai.responses`. */
export function providerOf(provider: string): string {
  const name = provider.toLowerCase();
  return DEPRECATED[name] ?? (OF_SDK_NAME.test(name) ? providerOfSdk(name) : name);
}

export function providerOfInference(provider: string): string {
  const name = provider.toLowerCase();
  return OF_INFERENCE[name] ?? providerOf(name);
}

export function providerOfSdk(provider: string): string {
  const name = provider.toLowerCase();
  if (name.startsWith('google.vertex')) return 'gcp.vertex_ai';
  const own = name.split('.')[0] as string;
  return OF_SDK[own] ?? DEPRECATED[own] ?? own;
}
