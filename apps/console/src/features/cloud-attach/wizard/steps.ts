/** The pages of the wizard, in their order; each has an address of its own. */
export const STEPS = ['prerequisites', 'onboarding', 'upload', 'co-management', 'summary'] as const;
export type Step = (typeof STEPS)[number];

export const STEP_TITLES: Readonly<Record<Step, string>> = {
  prerequisites: 'Prerequisites',
  onboarding: 'Onboarding',
  upload: 'Configure upload',
  'co-management': 'Co-management',
  summary: 'Summary',
};

export function isStep(text: string): text is Step {
  return STEPS.some((step) => step === text);
}

export function stepAfter(step: Step): Step | undefined {
  return STEPS[STEPS.indexOf(step) + 1];
}

export function stepBefore(step: Step): Step | undefined {
  return STEPS[STEPS.indexOf(step) - 1];
}
