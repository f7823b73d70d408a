export { createEnrolment, type Enrolment } from './enrolment.ts';
export { ENROLMENT_MIGRATIONS } from './migrations.ts';
export { enrolmentRoutes } from './routes.ts';
