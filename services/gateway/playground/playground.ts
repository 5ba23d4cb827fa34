/** Endpoints, their keys, and prompts that are tried on them. */

import type { Endpoint, EndpointEdit, PromptAnswer, PromptRequest, StoredEndpoint } from '../../../core/api/playground';
import type { KeyService } from '../../../core/api/workers';
import { SpoorError } from '../../../core/model/errors';
import { parse } from '../../../core/operations/input';
import type { Prompts } from '../../../core/operations/parts';
import { PROMPT } from '../../../core/operations/prompts';
import type { StoreService } from '../../../core/operations/store-service';
import { askModel, type Fetches } from './chat-client';

type EndpointStore = Pick<
  StoreService,
  'listEndpoints' | 'getEndpoint' | 'createEndpoint' | 'updateEndpoint' | 'deleteEndpoint' | 'promptCost'
>;

export class Playground implements Prompts {
  private readonly running = new Map<string, AbortController>();

  constructor(
    private readonly store: EndpointStore,
    private readonly keys: KeyService,
    private readonly fetches: Fetches,
  ) {}

  async list(): Promise<Endpoint[]> {
    return Promise.all((await this.store.listEndpoints()).map((endpoint) => this.withKey(endpoint)));
  }

  async create(edit: EndpointEdit): Promise<Endpoint> {
    return this.withKey(await this.store.createEndpoint(edit));
  }

  /** A key is of an address: at another it is given anew, so that it is not sent where it was not meant for. */
  async update(id: string, version: number, edit: EndpointEdit): Promise<Endpoint> {
    const before = await this.store.getEndpoint(id);
    const endpoint = await this.store.updateEndpoint(id, version, edit);
    if (new URL(before.baseUrl).origin !== new URL(edit.baseUrl).origin) await this.keys.setKey(id, null);
    return this.withKey(endpoint);
  }

  async remove(id: string): Promise<void> {
    await this.store.deleteEndpoint(id);
    await this.keys.setKey(id, null);
  }

  async setKey(id: string, key: string | null): Promise<Endpoint> {
    const endpoint = await this.store.getEndpoint(id);
    await this.keys.setKey(endpoint.id, key);
    return this.withKey(endpoint);
  }

  /** What goes wrong at the endpoint is in the answer. @throws SpoorError VALIDATION_ERROR, NOT_FOUND, CONFLICT when it was cancelled */
  async run(request: PromptRequest): Promise<PromptAnswer> {
    const prompt = parse(PROMPT, request);
    const { id, name, baseUrl } = await this.store.getEndpoint(prompt.endpointId);
    const key = await this.keys.keyOf(id, name);
    const abort = new AbortController();
    this.running.get(prompt.runId)?.abort();
    this.running.set(prompt.runId, abort);
    try {
      const answer = await askModel({ baseUrl, key }, prompt, abort.signal, this.fetches);
      const costUsd = await this.store.promptCost(answer.model ?? prompt.model, baseUrl, answer.usage);
      return { ...answer, costUsd };
    } catch (error) {
      if (!abort.signal.aborted) throw error;
      throw new SpoorError('CONFLICT', 'The prompt was cancelled.');
    } finally {
      if (this.running.get(prompt.runId) === abort) this.running.delete(prompt.runId);
    }
  }

  cancel(runId: string): void {
    this.running.get(runId)?.abort();
  }

  private async withKey(endpoint: StoredEndpoint): Promise<Endpoint> {
    return { ...endpoint, keyIn: await this.keys.placeOf(endpoint.id, endpoint.name) };
  }
}
