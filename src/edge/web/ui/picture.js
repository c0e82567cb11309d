// A picture is shown when all of it is there, so that what stands below it moves once, and never under a finger.
import { useEffect, useState } from "./vendor/preact-htm.js";
import { whenNothingIsHeld } from "./hold.js";

// The newest picture that is ready: { address, width, height }, or null.
export function usePicture(address) {
  const [ready, setReady] = useState(null);
  useEffect(() => {
    if (!address) {
      return undefined;
    }
    let isWanted = true;
    const image = new Image();
    const show = () => isWanted && setReady({ address, width: image.naturalWidth, height: image.naturalHeight });
    image.src = address;
    image.decode().then(() => whenNothingIsHeld(show), () => {});
    return () => {
      isWanted = false;
    };
  }, [address]);
  return ready;
}
