// The tasting, as many a site of the last fifteen years has it: jQuery, its validation plugin, $.ajax.
$(function () {
  const form = $('form[name=tasting]');
  const trouble = form.find('[data-trouble]');

  const validator = form.validate({
    errorElement: 'p',
    errorClass: 'wrong',
    onfocusout: false, // a sentence that appears under the button's mouse would push it away
    highlight: (field) => $(field).addClass('wrong').attr('aria-invalid', true),
    unhighlight: (field) => $(field).removeClass('wrong').removeAttr('aria-invalid'),
    rules: {
      name: 'required',
      email: { required: true, email: true },
      phone: { required: true, minlength: 5 },
      date: 'required',
      people: { required: true, digits: true, range: [2, 6] },
    },
    messages: {
      name: 'Please tell us your name.',
      email: 'Please give an e-mail address that we can answer to.',
      phone: 'Please give a number for the day itself.',
      date: 'Please choose an evening.',
      people: 'The kitchen table seats two to six.',
    },
    submitHandler: send,
  });

  function send() {
    trouble.prop('hidden', true);
    $.ajax({ url: form.attr('action'), method: 'POST', data: form.serialize(), dataType: 'json' })
      .done(function () {
        form.prop('hidden', true);
        $('[data-done]').prop('hidden', false);
      })
      .fail(function (request) {
        const told = request.status === 422 && request.responseJSON && request.responseJSON.errors;
        if (told) validator.showErrors(told);
        else trouble.prop('hidden', false);
      });
    return false;
  }
});
