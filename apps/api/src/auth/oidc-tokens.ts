import { SCOPES, type Scope } from "@hairline/core/access";
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from "jose";
import { HairlineError } from "@hairline/core/errors";
import type { OidcSettings } from "./oidc-settings.ts";
import type { Principal } from "./principal.ts";

/** Signatures by a key pair only: with HMAC the public key could be taken for the secret. */
const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];

export type VerifyToken = (token: string) => Promise<Principal | undefined>;

/**
 * @param keys of the issuer; fetched from its URL and kept when left out
 * @throws HairlineError ISSUER_UNAVAILABLE, when a token is verified
 */
export function createTokenVerifier(settings: OidcSettings, keys?: JWTVerifyGetKey): VerifyToken {
  const keySet = keys ?? createRemoteJWKSet(new URL(settings.jwksUrl), { timeoutDuration: 5_000 });
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keySet, {
        issuer: settings.issuer,
        audience: settings.audience,
        algorithms: ALGORITHMS,
        clockTolerance: settings.clockToleranceSeconds,
        requiredClaims: ["sub", "exp"],
      });
      return { actor: `oidc:${payload.sub}`, scopes: scopesOf(payload, settings) };
    } catch (error) {
      if (error instanceof errors.JOSEError && !isIssuerAway(error)) return undefined;
      throw new HairlineError("ISSUER_UNAVAILABLE", "The issuer's keys could not be fetched.", {
        cause: error,
      });
    }
  };
}

function isIssuerAway(error: errors.JOSEError): boolean {
  return error instanceof errors.JWKSTimeout || error.code === "ERR_JOSE_GENERIC";
}

/** Our scopes among those of the claim: a list, or one text with spaces. */
function scopesOf(payload: JWTPayload, { scopeClaim, scopePrefix }: OidcSettings): Scope[] {
  const claim = payload[scopeClaim];
  const granted: unknown[] =
    typeof claim === "string" ? claim.split(" ") : Array.isArray(claim) ? (claim as unknown[]) : [];
  return SCOPES.filter((scope) => granted.includes(`${scopePrefix}${scope}`));
}
