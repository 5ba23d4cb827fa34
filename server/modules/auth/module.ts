/** Accounts and how people sign in. */
import type { ServerModule } from '../server-module';
import { type AuthServices, authRoutes } from './api/routes';
import type { KnownDeviceRepo } from './repo/known-devices';
import type { RefreshTokenRepo } from './repo/refresh-tokens';

interface Services extends AuthServices {
  readonly refreshTokens: RefreshTokenRepo;
  readonly devices: KnownDeviceRepo;
}

export const auth: ServerModule<Services> = {
  routes: authRoutes,
  tidy: ({ refreshTokens, devices }) => [
    {
      failure: 'old sessions stay',
      run: () => Promise.all([refreshTokens.deleteExpired(), devices.deleteUnseen()]),
    },
  ],
};
