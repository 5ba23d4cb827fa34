/** What a screen registers: its addresses, its place in the navigation, and its keys. The list of all screens is in `app/screens.ts`. */
import type { LucideIcon } from 'lucide-react';
import { type ComponentType, type LazyExoticComponent, lazy, type ReactElement } from 'react';

export interface Screen {
  /** wouter's `Route`s, with a key each: a list and what opens from it, for instance. */
  readonly routes: readonly ReactElement[];
  /** Absent: it is reached from other screens alone. */
  readonly navigation?: Navigation;
  /** What its keys do, for the dialog that lists them. */
  readonly keys?: readonly KeyGroup[];
  /** Parts of it that the palette finds by name. */
  readonly commands?: readonly { readonly title: string; readonly to: string }[];
  /** Absent: the screen is in the desktop and on the pages of a team server alike. */
  readonly only?: 'desktop' | 'team';
}

/** An entry of the navigation and of the palette. */
export interface Navigation {
  readonly title: string;
  readonly icon: LucideIcon;
  readonly to: string;
  /** The beginning of other addresses at which this entry is the current one. */
  readonly also?: string;
  /** A short text beside the title, a count for instance. */
  readonly Badge?: ComponentType;
}

export interface KeyGroup {
  readonly title: string;
  /** Keys, separated by spaces, and what they do. */
  readonly keys: readonly (readonly [string, string])[];
}

const loads: (() => Promise<unknown>)[] = [];

/** A page of a screen: its code is a chunk of its own, fetched when it is opened or by `fetchPages`. */
export function page<Props>(load: () => Promise<ComponentType<Props>>): LazyExoticComponent<ComponentType<Props>> {
  loads.push(load);
  return lazy(async () => {
    const Page = await load().catch((cause: unknown) => {
      throw new Error('This screen could not be loaded. Reload the page: Spoor may have been updated', {
        cause,
      });
    });
    return { default: Page };
  });
}

/** Fetches the code of all pages, so that they open at once and an update of Spoor does not take them from an open window. */
export async function fetchPages(): Promise<void> {
  for (const load of loads) await load().catch(() => {});
}
