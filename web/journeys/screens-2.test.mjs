// The second half of the screens that are looked at before a release, and all of them on a phone.
import { walkPhone, walkScreens } from "./screen-walk.mjs";

walkScreens(1, 2);
walkPhone();
