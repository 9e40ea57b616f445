export {
  apiKeyState,
  createApiKey,
  findApiKey,
  listApiKeys,
  revokeApiKey,
  touchApiKey,
  type ApiKey,
  type ApiKeyState,
  type CreatedApiKey,
  type NewApiKey,
} from "./api-keys.ts";
export { newKeyText, parseKeyText, sha256, type KeyText } from "./key-text.ts";
export { allows, SCOPES, type Scope } from "./scopes.ts";
