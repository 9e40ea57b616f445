import type { ObjectStore } from "@hairline/core/storage";
import type { ModelCard } from "./model-card.ts";

const MAX_CARD_BYTES = 4 * 1024 * 1024;

/** A stored model card, as data and as a document. */
export interface StoredCard {
  readonly card: ModelCard;
  readonly markdown: string;
}

/** @param cardKey of the JSON; the Markdown lies beside it. @throws HairlineError IMAGE_FILE_MISSING when it is lost */
export async function readModelCard(store: ObjectStore, cardKey: string): Promise<StoredCard> {
  const text = async (key: string) =>
    Buffer.from(await store.get(key, { maxBytes: MAX_CARD_BYTES })).toString("utf8");
  const card = JSON.parse(await text(cardKey)) as ModelCard;
  return { card, markdown: await text(cardKey.replace(/json$/, "md")) };
}
