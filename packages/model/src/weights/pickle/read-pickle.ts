import { unreadable, unsafePickle } from "../failure.ts";
import { WEIGHTS_LIMITS } from "../limits.ts";
import type { ByteCursor } from "./cursor.ts";
import { PickleMachine, type ResolvePersistentId } from "./machine.ts";
import { OPERATIONS, REFUSED_OPERATIONS, STOP } from "./opcodes.ts";
import type { PickleValue } from "./values.ts";

/**
 * Reads one pickle as data. Only the operations and names a state dict needs are known; nothing is looked up,
 * imported or called, and work is linear in the bytes read.
 *
 * @param cursor left behind the pickle's STOP
 * @param resolvePersistentId what a storage reference stands for; refused when absent
 * @throws HairlineError WEIGHTS_UNSAFE_PICKLE or WEIGHTS_UNREADABLE
 */
export function readPickle(
  cursor: ByteCursor,
  resolvePersistentId: ResolvePersistentId = refuse,
): PickleValue {
  const machine = new PickleMachine(cursor, resolvePersistentId);
  for (let operations = 0; operations < WEIGHTS_LIMITS.pickleOperations; operations += 1) {
    const opcode = cursor.byte();
    if (opcode === STOP) return machine.pop();
    const operation = OPERATIONS.get(opcode);
    if (operation === undefined) throw unknownOperation(opcode);
    operation(machine);
  }
  throw unreadable(`The pickle has more than ${WEIGHTS_LIMITS.pickleOperations} operations.`);
}

function unknownOperation(opcode: number): Error {
  const name = REFUSED_OPERATIONS.get(opcode);
  if (name !== undefined)
    return unsafePickle(`The pickle uses ${name}, which makes arbitrary objects.`, name);
  return unreadable(`The pickle uses operation 0x${opcode.toString(16)}, which torch.save does not write.`);
}

function refuse(): never {
  throw unreadable("The pickle refers to a storage where none belongs.");
}
