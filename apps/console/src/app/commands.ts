/** Commands that the console tells administrators to run, in one place with the words of the command line. */

export function enrolCommand(token: string): string {
  return `npx moorline agent run --data ./moorline-agent --enrol ${token}`;
}

export function attachCommand(token: string): string {
  return `npx moorline attach ${token} --context site`;
}
