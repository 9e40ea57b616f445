import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, type JWTPayload } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { createTokenVerifier, type VerifyToken } from "../src/auth/oidc-tokens.ts";

const SETTINGS = {
  issuer: "https://id.example",
  audience: "hairline",
  jwksUrl: "http://127.0.0.1:1/jwks",
  scopeClaim: "scope",
  scopePrefix: "hairline:",
  clockToleranceSeconds: 30,
};

let sign: (claims: JWTPayload, expires?: number) => Promise<string>;
let verify: VerifyToken;
let publicKeyText: string;

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: "1", alg: "ES256" };
  publicKeyText = JSON.stringify(jwk);
  verify = createTokenVerifier(SETTINGS, createLocalJWKSet({ keys: [jwk] }));
  sign = (claims, expires = 60) =>
    new SignJWT({ iss: SETTINGS.issuer, aud: SETTINGS.audience, sub: "ada", ...claims })
      .setProtectedHeader({ alg: "ES256", kid: "1" })
      .setIssuedAt()
      .setExpirationTime(Math.floor(Date.now() / 1000) + expires)
      .sign(privateKey);
});

describe("a token of the issuer", () => {
  it.each([
    ["a text with spaces", "openid hairline:read hairline:review", ["read", "review"]],
    ["a list", ["hairline:admin", "other:read"], ["admin"]],
    ["nothing of ours", "openid read", []],
    ["another type", 7, []],
  ])("has the scopes of a claim that is %s", async (_, scope, scopes) => {
    expect(await verify(await sign({ scope }))).toEqual({ actor: "oidc:ada", scopes });
  });

  it("may be late by the clock tolerance", async () => {
    expect(await verify(await sign({}, -5))).toBeDefined();
    expect(await verify(await sign({}, -120))).toBeUndefined();
  });

  it.each([
    ["another issuer", { iss: "https://evil.example" }],
    ["another audience", { aud: "other" }],
    ["no subject", { sub: undefined }],
    ["a time to come", { nbf: Math.floor(Date.now() / 1000) + 3600 }],
  ])("is refused with %s", async (_, claims) => {
    expect(await verify(await sign(claims as JWTPayload))).toBeUndefined();
  });

  it("is refused without a signature, or with one made from the public key", async () => {
    const [, payload] = (await sign({})).split(".");
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    expect(await verify(`${none}.${payload}.`)).toBeUndefined();
    const forged = await new SignJWT({ iss: SETTINGS.issuer, aud: SETTINGS.audience, sub: "eve" })
      .setProtectedHeader({ alg: "HS256", kid: "1" })
      .setExpirationTime("1m")
      .sign(new TextEncoder().encode(publicKeyText));
    expect(await verify(forged)).toBeUndefined();
  });

  it("is not refused but unanswered while the issuer's keys cannot be fetched", async () => {
    const remote = createTokenVerifier(SETTINGS);
    const token = await sign({});
    await expect(remote(token)).rejects.toMatchObject({ code: "ISSUER_UNAVAILABLE" });
  });
});
