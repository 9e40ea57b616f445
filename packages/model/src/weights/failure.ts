import { HairlineError, isHairlineError } from "@hairline/core/errors";

const SAVE_AGAIN = "Save it again with safetensors or torch.save(model.state_dict(), path).";

/** A weights file that is damaged or of another format than its first bytes say. */
export function unreadable(message: string, cause?: unknown): HairlineError {
  return new HairlineError("WEIGHTS_UNREADABLE", message, { remedy: SAVE_AGAIN, cause });
}

/** A pickle that asks for more than a state dict needs. Nothing in it was run. */
export function unsafePickle(message: string, name: string): HairlineError {
  return new HairlineError("WEIGHTS_UNSAFE_PICKLE", message, {
    field: name,
    remedy: "Save a plain state dict with torch.save(model.state_dict(), path); nothing in the file was run.",
  });
}

/** The error with the weights file it is about; anything without a code becomes WEIGHTS_UNREADABLE. */
export function atFile(error: unknown, file: string): HairlineError {
  if (!isHairlineError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return new HairlineError("WEIGHTS_UNREADABLE", `The weights file cannot be read: ${message}`, {
      file,
      cause: error,
    });
  }
  const { code, message, field, remedy, cause } = error;
  return new HairlineError(code, message, {
    file,
    cause,
    ...(field === undefined ? {} : { field }),
    ...(remedy === undefined ? {} : { remedy }),
  });
}
