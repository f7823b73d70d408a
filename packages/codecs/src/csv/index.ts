export { csvHeader, csvRecords, renderCsv } from './csv.ts';
