import { listDataset, type DatasetListing, type HubOptions } from '@quantloop/models';

/** The hub, as one reading of tasks sees it: a data set of many tasks is listed once, and at one commit. */
export class HubListings {
  readonly options: HubOptions;
  readonly #listings = new Map<string, Promise<DatasetListing>>();

  constructor(options: HubOptions = {}) {
    this.options = options;
  }

  list(repo: string, revision: string | undefined): Promise<DatasetListing> {
    const key = `${repo}@${revision ?? ''}`;
    let listing = this.#listings.get(key);
    if (listing === undefined) {
      listing = listDataset({ repo, revision }, this.options);
      this.#listings.set(key, listing);
    }
    return listing;
  }
}
