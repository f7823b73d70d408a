import { CoManagementSection } from '../co-management-section.tsx';
import { StepFrame } from './step-frame.tsx';

export function CoManagementStep() {
  return (
    <StepFrame
      step="co-management"
      intro="Whether devices are also enrolled with the tenant, so that both manage them. Nothing here is needed for the upload."
      next={{ label: 'Next' }}
    >
      <CoManagementSection />
    </StepFrame>
  );
}
