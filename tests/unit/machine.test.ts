import { expect, it } from 'vitest';
import { mountTypeOf } from '../../services/store/machine';

const MOUNTS = `22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:40 / /home rw,relatime shared:5 - nfs4 server:/home rw,vers=4.2
31 30 254:1 / /home/ann/My\\040Disk rw - xfs /dev/vdb rw
32 22 0:41 / /mnt/c rw - 9p drvfs rw
33 22 0:42 / /data rw - ext4 /dev/vdc rw
34 33 0:43 / /data rw master:3 - fuse.sshfs host:/data rw
broken line
`;

it.each([
  ['/var/lib/spoor', 'ext4'],
  ['/home', 'nfs4'],
  ['/home/ann/.local/share/spoor', 'nfs4'],
  ['/homework', 'ext4'],
  ['/home/ann/My Disk/spoor', 'xfs'],
  ['/mnt/c/Users', '9p'],
  // What lies over another counts.
  ['/data/spoor', 'fuse.sshfs'],
])('the file system of %s is %s', (folder, type) => {
  expect(mountTypeOf(MOUNTS, folder)).toBe(type);
});

it('says nothing where the system says nothing', () => {
  expect(mountTypeOf('', '/home')).toBeNull();
});
