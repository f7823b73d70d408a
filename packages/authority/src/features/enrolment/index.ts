export { createEnrolment, type Enrolment } from './enrolment.ts';
export { enrolmentErrors } from './errors.ts';
export { ENROLMENT_MIGRATIONS } from './migrations.ts';
export { enrolmentRoutes } from './routes.ts';
