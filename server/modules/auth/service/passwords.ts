/** Passwords as Argon2id, with the parameters that OWASP's password storage cheat sheet gives first. */
import { hash, verify } from '@node-rs/argon2';

const OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export class Passwords {
  /** Of an account that is not there: who asks for one waits as long as for one that is. */
  private readonly nobody = hash('no such account', OPTIONS);

  hash(password: string): Promise<string> {
    return hash(password, OPTIONS);
  }

  /** @param stored null: there is no such account, or it has no password */
  async fits(stored: string | null, password: string): Promise<boolean> {
    const fits = await verify(stored ?? (await this.nobody), password);
    return stored !== null && fits;
  }
}
