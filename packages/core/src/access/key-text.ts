import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** A key as its owner holds it: `hlk_<prefix>_<secret>`. */
export interface KeyText {
  /** 10 characters of base 32 (50 random bits); public, names the key. */
  readonly prefix: string;
  /** 43 characters of base64url (256 random bits). */
  readonly secret: string;
}

const KEY = /^hlk_([a-z2-7]{10})_([A-Za-z0-9_-]{43})$/;
const BASE_32 = "abcdefghijklmnopqrstuvwxyz234567";

export function newKeyText(): KeyText & { readonly text: string } {
  const prefix = [...randomBytes(10)].map((byte) => BASE_32[byte % 32]).join("");
  const secret = randomBytes(32).toString("base64url");
  return { prefix, secret, text: `hlk_${prefix}_${secret}` };
}

/** @returns undefined when the text has not the form of a key */
export function parseKeyText(text: string): KeyText | undefined {
  const [, prefix, secret] = KEY.exec(text) ?? [];
  return prefix === undefined || secret === undefined ? undefined : { prefix, secret };
}

export function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Whether the secret has this hash; takes the same time wherever they differ. */
export function hasHash(secret: string, hash: Uint8Array): boolean {
  return timingSafeEqual(sha256(secret), hash);
}
