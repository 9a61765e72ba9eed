export interface Dependency {
  name: string;
  version: string;
  licence: string;
  development: boolean;
}
export function dependencies(): Dependency[];
export function refused(all?: readonly Dependency[]): Dependency[];
export function licencesPage(all?: readonly Dependency[]): string;
