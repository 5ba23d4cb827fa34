import { makeFolderOfRun } from '../fixtures/prepared-folder';

export default makeFolderOfRun;
