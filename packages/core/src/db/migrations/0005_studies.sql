-- What studies and localisation need.

alter table image
  add column width int check (width > 0),
  add column height int check (height > 0),
  add constraint image_size_whole check ((width is null) = (height is null));
comment on column image.width is 'Pixels of the stored image, as decoded: what boxes are given in. Null until an image with boxes is asked about.';
comment on column image.height is 'As width.';

create function noisy_or_step(state float8, p real) returns float8 language sql immutable strict parallel safe
return state + p::float8 * (1 - state);
comment on function noisy_or_step is 'State of noisy_or: the chance that any of the views so far is positive. Not 1 - prod(1 - p), which loses every p below 1e-16.';

create aggregate noisy_or(p real) (sfunc = noisy_or_step, stype = float8, initcond = '0', parallel = safe);
comment on aggregate noisy_or(real) is 'Chance that any of independent views is positive; call with (p order by p), so that row order cannot change a bit.';
