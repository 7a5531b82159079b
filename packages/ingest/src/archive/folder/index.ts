export { FolderArchive, type FolderArchiveOptions } from './folder-archive.js';
