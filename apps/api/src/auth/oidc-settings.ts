import { z } from "zod";
import { isLoopback } from "../http/loopback.ts";

/** Whose tokens are accepted, and how their scopes are read. */
export interface OidcSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
  /** Claim with the scopes: a list, or one text with spaces. */
  readonly scopeClaim: string;
  /** What our scopes begin with in that claim. */
  readonly scopePrefix: string;
  readonly clockToleranceSeconds: number;
}

/** Keys fetched over plain HTTP could be anyone's. */
function isTrustworthy(text: string): boolean {
  const url = new URL(text);
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}

const trustedUrl = z
  .url({ protocol: /^https?$/, error: "expected an https:// URL" })
  .refine(isTrustworthy, "expected an https:// URL");

const shape = {
  HAIRLINE_OIDC_ISSUER: trustedUrl.optional(),
  HAIRLINE_OIDC_AUDIENCE: z.string().min(1).optional(),
  HAIRLINE_OIDC_JWKS_URL: trustedUrl.optional(),
  HAIRLINE_OIDC_SCOPE_CLAIM: z.string().min(1).default("scope"),
  HAIRLINE_OIDC_SCOPE_PREFIX: z.string().default("hairline:"),
  HAIRLINE_OIDC_CLOCK_TOLERANCE_S: z
    .string()
    .regex(/^\d{1,3}$/, "expected whole seconds below 1000")
    .transform(Number)
    .default(30),
};

type OidcVariables = z.output<z.ZodObject<typeof shape>>;

const REQUIRED = ["HAIRLINE_OIDC_ISSUER", "HAIRLINE_OIDC_AUDIENCE", "HAIRLINE_OIDC_JWKS_URL"] as const;

/** The variables of OIDC; the issuer, the audience and the keys are given together or not at all. */
export const Oidc = {
  shape,
  check(variables: OidcVariables, context: z.RefinementCtx): void {
    const missing = REQUIRED.filter((name) => variables[name] === undefined);
    if (missing.length === 0 || missing.length === REQUIRED.length) return;
    for (const name of missing) {
      context.addIssue({ code: "custom", path: [name], message: `goes with ${REQUIRED.join(", ")}` });
    }
  },
};

export function oidcSettings(variables: OidcVariables): OidcSettings | undefined {
  const {
    HAIRLINE_OIDC_ISSUER: issuer,
    HAIRLINE_OIDC_AUDIENCE: audience,
    HAIRLINE_OIDC_JWKS_URL: jwksUrl,
  } = variables;
  if (issuer === undefined || audience === undefined || jwksUrl === undefined) return undefined;
  return {
    issuer,
    audience,
    jwksUrl,
    scopeClaim: variables.HAIRLINE_OIDC_SCOPE_CLAIM,
    scopePrefix: variables.HAIRLINE_OIDC_SCOPE_PREFIX,
    clockToleranceSeconds: variables.HAIRLINE_OIDC_CLOCK_TOLERANCE_S,
  };
}
