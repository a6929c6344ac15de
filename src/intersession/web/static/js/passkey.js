// The sign-in library speaks with the device; what goes wrong is said here.
document.addEventListener('allauth.error', (event) => {
  event.preventDefault();
  document.getElementById('passkey-trouble')?.removeAttribute('hidden');
});
