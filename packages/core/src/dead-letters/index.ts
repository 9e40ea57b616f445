export { listDeadLetters, type DeadLetter, type DeadWork } from "./dead-letter.ts";
export { discardDeadLetters, requeueDeadLetters, type RequeuedLetters } from "./requeue.ts";
